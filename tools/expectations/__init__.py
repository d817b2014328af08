"""What wheelspool must make of upstream files, written down from the description of the rules and from nothing else."""
