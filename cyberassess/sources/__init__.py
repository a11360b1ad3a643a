"""Other tools' and publishers' files, and text found in strangers' documents."""
