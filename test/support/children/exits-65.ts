process.exitCode = 65;
