import FaceConfiguration
import FaceRuns
import FaceTraining
import Spelling

// Runs that were tested on more sets than a command requests, e.g. after `facet evaluate STUDY --test`:
// finished ones stay unchanged; unfinished ones would lose results.

extension Study {
    /// Reports the sets on which finished runs were tested but the others will not be.
    func reportMoreTests(_ control: StudyControl) {
        let asked = Set(configuration.test.map(\.name))
        var more: [StudyConfiguration.TestSource] = []
        var areSome = false
        for run in plan.runs {
            let run = folder.run(named: run.folderName)
            guard run.isFinished(after: configuration.training.epochs) else {
                areSome = true
                continue
            }
            guard let stored = try? StudyConfiguration.read(run.studyURL).test else { continue }
            for set in stored
            where !asked.contains(set.name) && !more.contains(where: { $0.name == set.name }) {
                more.append(set)
            }
        }
        guard areSome, !more.isEmpty else { return }
        let names = more.map { "\(quoted: $0.name)" }.joined(separator: ", ")
        control.listener(
            .warning(
                "finished runs were tested on \(names) as well, which the others will not be; to test all "
                    + "runs the same way, add \(more.map(\.option).joined(separator: " "))"))
    }
}

extension StudyConfiguration.TestSource {
    /// The command-line option for the set.
    var option: String { "--test \(name)=\(images)\(pairs.isEmpty ? "" : ",\(pairs)")" }
}

extension RunRequest {
    /// The difference in test sets if an unfinished run has one that is not requested: other sets can be
    /// added, and finished runs keep their results.
    func testDifference(
        from theirs: JSONValue, in folder: RunFolder
    ) -> (key: String, mine: String, theirs: String)? {
        let (mine, stored) = (configuration.testNames, theirs.testNames)
        let epochs = configuration["training"]?.epochs ?? 0
        guard !Set(stored).isSubset(of: mine), !folder.isFinished(after: epochs) else { return nil }
        func text(_ names: [String]) -> String {
            JSONValue.array(names.map(JSONValue.string)).text
        }
        let missing = theirs.testSources.filter { !mine.contains($0.name) }
        return (
            "test", text(mine) + "; add \(missing.map(\.option).joined(separator: " "))",
            text(stored)
        )
    }
}

extension JSONValue {
    /// Names of a configuration's test sets.
    fileprivate var testNames: [String] { testSources.map(\.name) }

    /// A configuration's test sets.
    fileprivate var testSources: [StudyConfiguration.TestSource] {
        guard case .array(let sets)? = self["test"] else { return [] }
        func text(_ value: JSONValue?) -> String? {
            if case .string(let text)? = value { text } else { nil }
        }
        return sets.compactMap { set in
            text(set["name"]).map {
                .init(
                    name: $0, images: text(set["images"]) ?? "", pairs: text(set["pairs"]) ?? "")
            }
        }
    }
}
