"""The page of the demo: four phones side by side."""
