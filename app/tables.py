"""Imports every models module, so that the metadata is whole for Alembic and the tests."""

import app.boards.models
import app.changes.models
import app.clocks.models
import app.core.audit
import app.core.idempotency
import app.core.outbox
import app.dispatch.models
import app.districts
import app.feed.models
import app.figures.models
import app.grid.lineage
import app.grid.models
import app.households.models
import app.issues.models
import app.issues.records
import app.notices.models
import app.papers.models
import app.people.models
import app.people.privacy
import app.privacy.models
import app.sync.models
import app.visits.models
import app.visits.records
import app.whistles.models
import app.whistles.records
from app.core.db import Base

metadata = Base.metadata
OF_CITY = frozenset({"directory", "shared", "rollup"})

__all__ = ["OF_CITY", "app", "metadata"]
