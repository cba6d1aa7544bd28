import Charts
import Documents
import FaceConfiguration
import FaceRuns
import Foundation

/// Every run with the information needed to reproduce it.
enum RunsSection {
    static func section(_ results: StudyResults) throws -> Section {
        var blocks: [Block] = []
        let failed = results.runs.filter { $0.status == .failed }
        if !failed.isEmpty {
            blocks.append(.heading("Failed runs"))
            blocks.append(.list(failed.map { failure($0, results) }))
        }
        if !results.damages.isEmpty {
            blocks.append(.heading("Files that could not be read"))
            blocks.append(.list(results.damages.map { RichText($0) }))
        }
        blocks.append(.heading("All runs"))
        blocks += try results.runs.map { run in
            .details(summary(run, results), try SectionError.naming(run) { try details(run) })
        }
        return Section("runs", "Runs", blocks)
    }

    private static func name(_ run: ReportedRun, _ results: StudyResults) -> String {
        let loss = results.loss(of: run)?.title ?? run.description.lossTitle
        return "\(results.title(run.configuration)), \(loss), seed \(run.seed)"
    }

    private static func failure(_ run: ReportedRun, _ results: StudyResults) -> RichText {
        let message = run.result?.message ?? ""
        let epochs = Format.count(run.completedEpochs, "epoch")
        return "\(strong: name(run, results)), after \(epochs): \(message)"
    }

    private static func summary(_ run: ReportedRun, _ results: StudyResults) -> RichText {
        let state: RichText
        switch (run.status, run.primaryResult) {
        case (.finished, let result?):
            let nothing = run.nothingLearned == nil ? "" : ", nothing was learned"
            state = "\(Format.withSign(result.accuracy))\(nothing)"
        case (let status, _):
            let epochs =
                "\(run.completedEpochs) of \(Format.count(run.description.epochs, "epoch"))"
            state = "\(strong: status.rawValue), \(epochs)"
        }
        return "\(name(run, results)): " + state
    }

    private static func details(_ run: ReportedRun) throws -> [Block] {
        var blocks: [Block] = [.terms(terms(run))]
        blocks.append(.paragraph("To reproduce it, run in the study's folder:"))
        blocks.append(.code(run.description.command))
        if run.description.command.contains("…/") {
            blocks.append(
                .paragraph(
                    "Paths are shortened to their last component; the run's folder has the full paths."
                ))
        }
        blocks.append(.paragraph("Complete configuration:"))
        blocks.append(.code(try json(run.description.configuration)))
        return blocks
    }

    private static func terms(_ run: ReportedRun) -> [Block.Term] {
        var terms = [Block.Term(name: "Folder", value: "\(code: run.name)")]
        if let result = run.result {
            terms.append(
                Block.Term(name: "Duration", value: "\(Format.duration(result.seconds))"))
        }
        if let state = run.epochs.last?.lossState, !state.isEmpty {
            let values = state.sorted { $0.key < $1.key }.map {
                "\($0.key) \(Format.plain($0.value))"
            }
            terms.append(
                Block.Term(name: "Final loss state", value: "\(values.joined(separator: ", "))"))
        }
        if let environment = run.environment { terms += Self.terms(environment) }
        return terms
    }

    private static func terms(_ machine: RunEnvironment) -> [Block.Term] {
        let features =
            machine.processorFeatures.isEmpty
            ? "" : " (\(machine.processorFeatures.joined(separator: ", ")))"
        let memory = Format.fixed(Double(machine.memory) / 1_073_741_824, 1)
        let values: [(String, RichText)] =
            [
                ("Facet", "\(machine.facet), commit \(code: machine.commit)"),
                ("LibTorch", "\(machine.libtorch)"),
                ("System", "\(machine.system)"),
                ("Processor", "\(machine.processor)\(features)"),
                ("Threads", "\(machine.threads)"),
                ("Memory", "\(memory) GiB"),
                ("Device", "\(machine.device), \(machine.precision), \(machine.memoryFormat)"),
            ] + (machine.kernels.map { [("Kernels", "\($0)")] } ?? [])
        return values.map { Block.Term(name: $0, value: $1) }
    }

    private static func json(_ value: JSONValue) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}
