import CWaiting
import CommandKit
import FaceData
import Foundation
import FaceStudy
import Torch

Interrupt.endWithCodes()
LibTorch.keepMemory()
// Called on another thread: a closure isolated to the main actor would trap.
waiting_watch { @Sendable isShared in LibTorch.spreadThreads(isShared) }

let facet = Command(
    "facet", "Train face-recognition networks and compare loss functions.",
    discussion: """
        facet compare trains every backbone with every loss, tests the models by the LFW protocol \
        and writes a report. Finished work is always kept: run the same command again to resume where \
        it was stopped.
        """,
    subcommands: [
        compareCommand, trainCommand, evaluateCommand, verifyCommand, embedCommand, galleryCommand,
        exportCommand,
        reportCommand,
        reproduceCommand, explainCommand, modelsCommand, lossesCommand, recipesCommand,
        keysCommand, studyCommand, submitCommand,
        dataCommand,
    ]
).withCompletions()

// Paths are not necessarily UTF-8.
let words = ByteText.arguments
if let code = LivePageProcess.run(words) ?? WorkerMeasurement.run(words) {
    ExitCode.endProcess(code)
}
ExitCode.endProcess(
    CommandLineTool(facet, version: FacetVersion.number, isUsage: UsageErrors.contains)
        .run(words).rawValue)
