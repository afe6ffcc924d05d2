"""The words that every test may use, wherever it lives: beside a module or under tests/."""

pytest_plugins = ["tests.support.fixtures", "tests.support.scenario"]
