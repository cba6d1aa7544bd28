import CommandKit
import FaceReport
import FaceRuns
import FaceStudy
import Foundation
import Spelling

/// The study given instead of a model; nil if it is a model, or if options that apply to one model select
/// the only run of a study.
///
/// - Throws: `CommandError` for such options with a study of several runs.
func studyFolder(_ paths: [String], _ arguments: Arguments) throws -> URL? {
    let folders = paths.map { URL(fileURLWithPath: $0) }
    guard let study = folders.first(where: StudyEvaluation.isStudy) else { return nil }
    guard folders.count == 1 else {
        throw CommandError.badValue(
            option: "MODEL", value: study.relativePath, expected: "alone, as it is a study's folder"
        )
    }
    let options = [
        "--backbone", "--partial", "--all-protocols", "--output", "--embeddings", "--worst",
        "--input-size", "--precision", "--colour", "--input-mean", "--input-deviation",
        "--save-thresholds", "--engine",
    ]
    guard let option = options.first(where: arguments.has) else { return study }
    guard try StudyFolder(study).runs().count == 1 else {
        throw CommandError.together(
            option, "the folder of a study of several runs; name one of them")
    }
    return nil
}

/// Tests a study's models on further sets, and rewrites its report.
func addTests(to folder: URL, _ configuration: StudyConfiguration, json: Bool) throws -> ExitCode {
    let interrupt = try Interrupt.untilSaved()
    let printer = StudyPrinter()
    defer { printer.finish() }
    let evaluation = StudyEvaluation(folder, configuration)
    do {
        let outcome = try evaluation.run(.command(interrupt, printer))
        printer.finish()
        if !outcome.unfinished.isEmpty {
            Console.standard.warning(
                "\(counted(outcome.unfinished.count, "run")) not finished yet, and not tested: "
                    + "finish with the study's command and the same --test: "
                    + outcome.unfinished.joined(separator: ", "))
        }
        outcome.failed.forEach(Console.standard.error)
        try writeReport(
            Report(
                study: folder, pictures: TestPictures(evaluation.folder).jpeg(of:in:)), json: json)
        return outcome.failed.isEmpty ? .success : .failure
    } catch FaceStudyError.interrupted {
        printer.finish()
        return interrupt.goodbye
    }
}
