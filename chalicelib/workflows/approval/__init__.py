"""Approval: workflows, their steps, who decides them, and their clock."""
