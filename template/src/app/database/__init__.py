"""Where rows live, and how they are reached tenant by tenant."""
