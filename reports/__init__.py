"""One definition per number: what the company's figures mean, wherever they are shown."""
