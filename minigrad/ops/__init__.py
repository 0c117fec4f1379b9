"""Operations: one file a family, and for each an operation's rules beside its forward function."""
