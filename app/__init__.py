"""What the program is about: forms, workflows, records. No Qt, SQL, HTTP, clock or network."""
