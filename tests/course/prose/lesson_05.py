"""Lesson 05: the numbers in its text."""

CLAIMS = []

GIVEN = []
