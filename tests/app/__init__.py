"""What the program is about: forms, workflows, rules, lists, rosters, papers."""
