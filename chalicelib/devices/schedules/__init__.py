"""What a device plays when: windows of its local week, boards, priorities, rights."""
