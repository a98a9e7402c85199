"""The rules about leads: pure rules, and the verbs that change a lead."""
