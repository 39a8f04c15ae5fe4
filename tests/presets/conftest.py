from tests.support.small_engine import small_engine, write_file  # noqa: F401
