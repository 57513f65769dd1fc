import MedProof

print(parseScan(text: CommandLine.arguments.last ?? "", strict: false))
