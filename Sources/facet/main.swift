import CommandKit
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

let words = Array(CommandLine.arguments.dropFirst())
exit(
    CommandLineTool(facet, version: FacetVersion.number, isUsage: UsageErrors.contains)
        .run(words).rawValue)
