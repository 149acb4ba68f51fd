"""What runs many jobs at the same time: processes of one machine, Ray, or Slurm."""
