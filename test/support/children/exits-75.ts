process.exitCode = 75;
