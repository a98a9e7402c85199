"""The forms that strangers fill in: /f/{form}."""
