"""What each magic does, without a shell: records in, the rooms below at work, results and notes out."""
