import Charts
import Documents
import FaceRuns
import FaceStatistics

/// The order of the losses at their defaults and tuned, side by side.
enum TuningOrder {
    static func blocks(_ study: TunedStudy) -> [Block] {
        let orders = study.configurations.map { ($0, Order(study.losses(($0)), study.test)) }
            .filter { $0.1.isKnown }
        guard !orders.isEmpty else { return [] }
        let sentences = orders.map { configuration, order in
            let place = orders.count > 1 ? "\(study.title(configuration)): " : ""
            return RichText(place) + sentence(order, isFirst: orders.count == 1)
        }
        let text: [Block] =
            sentences.count == 1 ? [.paragraph(sentences[0])] : [.list(sentences)]
        return [.heading("The order at the defaults, and tuned")] + text
            + [.table(table(orders, study))]
    }

    /// The order of a configuration's losses that learned something both at their defaults and tuned.
    private struct Order {
        let losses: [TunedLoss]
        let standard: [TunedLoss]
        let tuned: [TunedLoss]
        let test: String

        init(_ losses: [TunedLoss], _ test: String) {
            self.losses = losses.filter { $0.standard.hasLearned && $0.tuned.hasLearned }
            self.test = test
            standard = Self.ranked(self.losses) { $0.standard.accuracy(on: test)?.mean }
            tuned = Self.ranked(self.losses) { $0.tuned.accuracy(on: test)?.mean }
        }

        var isKnown: Bool { losses.count > 1 }
        var isSame: Bool { standard.map(\.cell.loss) == tuned.map(\.cell.loss) }

        private static func ranked(
            _ losses: [TunedLoss], _ value: (TunedLoss) -> Double?
        ) -> [TunedLoss] {
            losses.enumerated().sorted { a, b in
                let (x, y) = (value(a.element) ?? 0, value(b.element) ?? 0)
                // Means of the same counts may differ in their last bits.
                return abs(x - y) < 1e-9 ? a.offset < b.offset : x > y
            }.map(\.element)
        }
    }

    private static func sentence(_ order: Order, isFirst: Bool) -> RichText {
        guard !order.isSame else {
            return "Tuning did not change the order of the losses’ mean accuracies."
        }
        let moves = order.tuned.enumerated().compactMap { place, loss -> String? in
            let before = order.standard.firstIndex { $0.cell.loss == loss.cell.loss } ?? place
            guard before != place else { return nil }
            return "\(loss.cell.lossTitle) from place \(before + 1) to \(place + 1)"
        }
        return """
            Tuning changed the order of the losses’ mean accuracies: \(Format.list(moves)). Places of \
            losses that cannot be told apart mean little.
            """
    }

    private static func table(_ orders: [(Configuration, Order)], _ study: TunedStudy) -> Table {
        let groups = orders.map { configuration, order in
            let rows = order.standard.indices.map { place -> [Table.Entry] in
                let (before, after) = (order.standard[place], order.tuned[place])
                return [
                    Table.Entry(Format.count(place + 1)),
                    Table.Entry(before.cell.lossTitle, key: before.style),
                    percent(before.standard, study),
                    Table.Entry(after.cell.lossTitle, key: after.style),
                    percent(after.tuned, study),
                ]
            }
            return Table.Group(title: study.title(configuration), rows: rows)
        }
        return Table(
            caption: "The losses by mean accuracy on \(study.test), in percent.",
            columns: [
                .words("Place"), .words("At the defaults"), .numbers("Accuracy"), .words("Tuned"),
                .numbers("Accuracy"),
            ], groups: groups)
    }

    private static func percent(_ cell: Cell, _ study: TunedStudy) -> Table.Entry {
        Table.Entry(cell.accuracy(on: study.test).map { Format.percent($0.mean) } ?? "–")
    }
}
