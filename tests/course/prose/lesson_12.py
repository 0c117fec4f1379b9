"""Lesson 12: the numbers in its text."""

CLAIMS = [
]

GIVEN = [
]
