"""What the program is about: forms, workflows, records. No Qt, SQL or HTTP; asks no clock and no network."""
