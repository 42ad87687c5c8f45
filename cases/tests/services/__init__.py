"""Real web servers, workers, beats, databases and brokers, in real time, and what happens when they are killed."""
