from dataclasses import dataclass
from typing import Any
@dataclass(frozen=True)
class Certificate:
    statement: Any
    argument: str
    cases: tuple[Any, ...]
def identity_statement(*a): return a
def claim_statement(*a): return a
def sign_statement(*a): return a
