"""The fictional council, and the road it is taken down."""
