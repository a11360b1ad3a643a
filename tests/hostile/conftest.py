"""The same workspace as for tests of the application."""

from tests.app.conftest import blank, sent_workspace, workspace

__all__ = ["blank", "sent_workspace", "workspace"]
