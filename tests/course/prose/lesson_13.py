"""Lesson 13: the numbers in its text."""

CLAIMS: list[tuple[str, str]] = [
]

GIVEN = [
]
