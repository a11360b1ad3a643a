"""The small council of the steps, opened."""

from tests.steps.conftest import blank, sent_workspace, workspace

__all__ = ["blank", "sent_workspace", "workspace"]
