"""All attacks on a session, by name."""

from .attacker import Attack
from .attacks_on_references import references
from .attacks_on_repositories import verbs
from .attacks_reading import reads
from .attacks_writing import writes

ON_EACH_TABLE: dict[str, Attack] = reads.by_name | writes.by_name | verbs.by_name
ON_REFERENCES: dict[str, Attack] = references.by_name
