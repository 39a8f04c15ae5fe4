"""What the engine hears: frames of features, stamped with the audio clock."""
