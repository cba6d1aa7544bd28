import Charts
import Documents
import FaceRuns

/// The cost of the study's training: images, arithmetic and time.
enum CostSection {
    static func section(_ results: StudyResults) -> Section? {
        let costs = results.runs.compactMap(RunCost.init)
        guard !costs.isEmpty else { return nil }
        return Section(
            "cost", "Time and cost", [.paragraph(summary(costs)), .table(table(results))])
    }

    private static func summary(_ costs: [RunCost]) -> RichText {
        let images = Format.quantity(costs.reduce(0) { $0 + $1.images })
        let operations = Format.quantity(costs.reduce(0) { $0 + $1.operations })
        let training = Format.duration(costs.reduce(0) { $0 + $1.trainSeconds })
        let evaluation = Format.duration(costs.reduce(0) { $0 + $1.evaluationSeconds })
        return """
            \(Format.count(costs.count, "run")) saw \(strong: images) images and took \
            \(strong: operations + "FLOP") for it, in \(strong: training) of training; testing took \
            \(evaluation) more.
            """
    }

    private static func table(_ results: StudyResults) -> Table {
        let groups = results.configurations.map { configuration in
            let rows = results.losses.compactMap { loss -> [Table.Entry]? in
                let costs = results.cell(configuration, loss).drawn.compactMap(RunCost.init)
                return costs.isEmpty ? nil : row(loss, costs)
            }
            return Table.Group(title: results.title(configuration), rows: rows)
        }
        let seeds = results.seeds > 1 ? " Means over the finished seeds." : ""
        return Table(
            caption: """
                The cost of a run up to its last epoch. FLOP: twice the backbone’s multiply-adds for \
                each image, times 3, as the gradients take about twice the forward pass; without \
                the class weights, whose share grows with the number of people. Times and speeds are \
                those of the machine, including its other load.\(seeds)
                """,
            columns: [
                .words("Loss"), .numbers("Images"), .numbers("FLOP"),
                .numbers("training", group: "Time"),
                .numbers("testing", group: "Time"), .numbers("Images/s"), .numbers("FLOP/s"),
            ], groups: groups)
    }

    private static func row(_ loss: LossSeries, _ costs: [RunCost]) -> [Table.Entry] {
        func mean(_ value: (RunCost) -> Double) -> Double {
            costs.reduce(0) { $0 + value($1) } / Double(costs.count)
        }
        let seconds = mean(\.trainSeconds)
        func rate(_ amount: Double) -> Table.Entry {
            seconds > 0 ? Table.Entry(Format.quantity(amount / seconds)) : .missing
        }
        return [
            Table.Entry(loss.title, key: loss.style),
            Table.Entry(Format.whole(mean(\.images))),
            Table.Entry(Format.quantity(mean(\.operations))),
            Table.Entry(Format.duration(seconds)),
            Table.Entry(Format.duration(mean(\.evaluationSeconds))),
            rate(mean(\.images)), rate(mean(\.operations)),
        ]
    }
}

/// The cost of a run so far.
package struct RunCost: Hashable, Sendable {
    /// Images seen in training.
    package let images: Double
    /// Floating-point operations of the backbone for them: a multiply-add counts as two, and the backward
    /// pass costs twice as much as the forward pass.
    package let operations: Double
    /// Seconds of training steps.
    package let trainSeconds: Double
    package let evaluationSeconds: Double

    /// Sums up the epochs of a run; `nil` if none has finished.
    package init?(_ run: ReportedRun) {
        guard let last = run.epochs.last else { return nil }
        images = Double(last.images)
        operations = 2 * 3 * Double(run.description.backbone.multiplyAdds) * images
        trainSeconds = run.epochs.reduce(0) { $0 + $1.trainSeconds }
        evaluationSeconds = run.epochs.reduce(0) { $0 + $1.evaluationSeconds }
    }
}
