"""What the course's helpers cost: each module here measures one of them."""
