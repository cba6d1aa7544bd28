import CommandKit
import FaceReport
import FaceRuns
import FaceStudy
import Foundation

/// Runs a study for a person at a terminal, and reports.
struct StudySession {
    private let study: Study

    init(_ configuration: StudyConfiguration, output: URL) throws {
        study = try Study(configuration, folder: output)
    }

    func run(dryRun: Bool, json: Bool) throws -> ExitCode {
        let printer = StudyPrinter()
        let interrupt = Interrupt {
            Console.remark("\nstopping after this step; once more to stop at once")
        }
        let control = StudyControl(
            commit: BuildInformation.commit, shouldStop: { interrupt.isAsked },
            listener: printer.show)
        if dryRun {
            let estimate = try study.estimate(control)
            Console.output(estimate.text)
            Console.output(estimate.power.text)
            return .success
        }
        do {
            let outcome = try study.run(control)
            printer.finish()
            try writeReport(Report(study: study.folder.url), json: json)
            return outcome.failed.isEmpty ? .success : .failure
        } catch FaceStudyError.interrupted {
            printer.finish()
            Console.remark("interrupted; the same command goes on from here")
            return .interrupted
        }
    }
}
