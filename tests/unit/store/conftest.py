"""A small run, for every test of the store."""

from tests.support.small_run import filled, make_round, make_spec  # noqa: F401  # fixtures
