import CommandKit
import FaceData
import Foundation
import FaceStudy

Interrupt.endWithCodes()

let facet = Command(
    "facet", "Trains face recognition networks and compares losses.",
    discussion: """
        facet compare trains backbones with losses on training sets, tests them by the LFW protocol \
        and writes a report. Everything that was computed is kept: the same command goes on where \
        it was stopped.
        """,
    subcommands: [
        compareCommand, trainCommand, evaluateCommand, reportCommand, reproduceCommand,
        explainCommand, modelsCommand, lossesCommand, dataCommand,
    ]
).withCompletions()

// Paths need not be UTF-8.
let words = ByteText.arguments
if let code = LivePageProcess.run(words) { exit(code) }
exit(
    CommandLineTool(facet, version: FacetVersion.number, isUsage: UsageErrors.contains)
        .run(words).rawValue)
