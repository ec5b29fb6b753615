"""Non-interference: no steps of one side make anything of another side's hidden events readable by it or sent to it."""
