import Charts
import Documents
import FaceRuns

/// Misclassified pairs: by every loss, by one loss only, the worst ones, and those on which two losses
/// disagree.
enum ErrorsSection {
    static func section(_ results: StudyResults, _ pictures: Report.Pictures?) -> Section? {
        let test = results.testSets.first?.name ?? ""
        let parts = results.configurations.compactMap { configuration in
            ConfigurationErrors(results, configuration, test: test).map { (configuration, $0) }
        }
        guard !parts.isEmpty else { return nil }
        let losses = parts.reduce(0) { $0 + $1.1.losses.count }
        let shown = ErrorPictures(parts[0].1, pictures, losses: losses)
        var blocks: [Block] = [
            .paragraph(text + shown.note), .table(countTable(results, parts)),
        ]
        for (configuration, part) in parts {
            if parts.count > 1 { blocks.append(.heading(results.title(configuration))) }
            blocks += Self.blocks(part, shown)
        }
        return Section("errors", "Misclassified pairs", blocks)
    }

    private static let text: RichText = """
        A pair that every loss misclassifies is often mislabelled or hard to see; errors made by \
        one loss alone are specific to it. All pairs here are classified by the models with the first seed, each at \
        the threshold chosen on the other folds.
        """

    private static func countTable(
        _ results: StudyResults, _ parts: [(Configuration, ConfigurationErrors)]
    ) -> Table {
        let groups = parts.map { configuration, part in
            Table.Group(
                title: results.title(configuration), rows: part.losses.map { countRow(part, $0) })
        }
        let same = parts.first?.1.pairs.same ?? []
        let of =
            " There are \(Format.count(same.count { $0 }, "pair")) of one person and "
            + "\(Format.count(same.count { !$0 })) of two."
        return Table(
            caption: """
                Misclassified pairs: of one person (false rejects), of two (false accepts), those \
                that all other losses classify correctly, and those that all losses misclassify.\(of)
                """,
            columns: [
                .words("Loss"), .numbers("False rejects"), .numbers("False accepts"),
                .numbers("Alone"), .numbers("With all"),
            ], groups: groups)
    }

    private static func countRow(_ part: ConfigurationErrors, _ loss: LossSeries) -> [Table.Entry] {
        let wrong = part.wrong(of: loss)
        let others = part.losses.filter { $0 != loss }.map { part.outcome(of: $0) }
        let alone = wrong.count { pair in
            !others.isEmpty && others.allSatisfy { $0.isCorrect[pair] }
        }
        let counts = [
            wrong.count { part.pairs.same[$0] }, wrong.count { !part.pairs.same[$0] }, alone,
            part.hard.count,
        ]
        return [Table.Entry(loss.title, key: loss.style)]
            + counts.map { Table.Entry(Format.count($0)) }
    }

    // MARK: Galleries

    private static func blocks(_ part: ConfigurationErrors, _ shown: ErrorPictures) -> [Block] {
        guard let leader = part.leader else { return [] }
        var blocks = part.losses.map { worst(part, $0, shown) }
        if !part.hard.isEmpty {
            let gallery = shown.gallery(part.hard, of: part, by: leader, most: 2 * shown.most)
            blocks.append(
                .details(
                    "Pairs that every loss misclassifies (\(part.hard.count))",
                    [.paragraph("The numbers are those of \(leader.title)."), .gallery(gallery)]))
        }
        blocks += part.losses.filter { $0 != leader }.map { other in
            disagreement(part, leader, other, shown)
        }
        return blocks
    }

    private static func worst(
        _ part: ConfigurationErrors, _ loss: LossSeries, _ shown: ErrorPictures
    ) -> Block {
        let kinds = [
            ("False accepts", "of two people taken for one", part.falseAccepts(of: loss)),
            ("False rejects", "of one person taken for two", part.falseRejects(of: loss)),
        ]
        let blocks = kinds.flatMap { title, what, pairs -> [Block] in
            guard !pairs.isEmpty else { return [] }
            let gallery = shown.gallery(pairs, of: part, by: loss)
            let count = Format.count(pairs.count, "pair")
            return [
                .heading(title),
                .paragraph("\(count) \(what)\(extent(gallery)), the worst first."),
                .gallery(gallery),
            ]
        }
        return .details(
            "Worst errors of \(loss.title)",
            blocks.isEmpty ? [.paragraph("There are none.")] : blocks)
    }

    private static func disagreement(
        _ part: ConfigurationErrors, _ loss: LossSeries, _ other: LossSeries, _ shown: ErrorPictures
    ) -> Block {
        let directions = [(loss, other), (other, loss)]
        let blocks = directions.flatMap { right, wrong -> [Block] in
            let pairs = part.classified(correctlyBy: right, incorrectlyBy: wrong)
            guard !pairs.isEmpty else { return [] }
            let gallery = shown.gallery(pairs, of: part, by: right, and: wrong)
            let count = Format.count(pairs.count, "pair")
            return [
                .heading("Right with \(right.title), wrong with \(wrong.title)"),
                .paragraph("\(count)\(extent(gallery)), the clearest first."), .gallery(gallery),
            ]
        }
        return .details(
            "Where \(loss.title) and \(other.title) disagree",
            blocks.isEmpty ? [.paragraph("They classify all pairs the same way.")] : blocks)
    }

    private static func extent(_ gallery: ErrorGallery) -> String {
        gallery.shown.count < gallery.total
            ? "; \(Format.count(gallery.shown.count)) \(gallery.shown.count == 1 ? "is" : "are") shown"
            : ""
    }
}

/// The pictures of pairs, limited to a reasonable page size.
private final class ErrorPictures {
    /// Maximum number of pictures on a page: a few megabytes.
    private static let maxPictures = 1000
    /// Number of pictures that the galleries share if there are many losses.
    private static let sharedPictures = 700

    /// Notes on the pictures.
    let note: RichText
    /// Maximum number of pairs of a gallery.
    let most: Int
    private let pictures: Report.Pictures?
    private var left = ErrorPictures.maxPictures

    /// Requests a first picture to find out whether there are any.
    ///
    /// - Parameter losses: Number of losses of all configurations, each with its own galleries.
    init(_ part: ConfigurationErrors, _ pictures: Report.Pictures?, losses: Int) {
        let isThere = part.pairs.first.first.flatMap { pictures?($0, part.test) } != nil
        self.pictures = isThere ? pictures : nil
        // The galleries of a loss: worst accepts and rejects, its share of the pairs that all misclassify,
        // and two directions of disagreement, with two pictures per pair.
        most = max(1, min(6, Self.sharedPictures / max(1, 8 * losses)))
        note =
            isThere
            ? ""
            : pictures == nil
                ? " Images are listed by name only."
                : """
                 The images of \(part.test) are no longer where the study read them, so they are \
                listed by name only.
                """
    }

    /// The first of some pairs with a loss's numbers, and optionally another loss's below.
    func gallery(
        _ pairs: [Int], of part: ConfigurationErrors, by loss: LossSeries,
        and other: LossSeries? = nil, most: Int? = nil
    ) -> ErrorGallery {
        let shown = pairs.prefix(most ?? self.most).map { pair in
            let cosine = part.cosine(of: pair, by: loss)
            let note = other.map { other in
                let theirs = part.cosine(of: pair, by: other)
                return "\(other.title): \(Format.fixed(theirs.value, 3)), "
                    + "limit \(Format.fixed(theirs.limit, 3))"
            }
            return ErrorGallery.Pair(
                first: picture(part.pairs.first[pair], part.test),
                second: picture(part.pairs.second[pair], part.test), cosine: cosine.value,
                threshold: cosine.limit, note: note)
        }
        return ErrorGallery(
            total: pairs.count, shown: shown, hasPictures: pictures != nil)
    }

    private func picture(_ image: String, _ test: String) -> ErrorGallery.Picture {
        guard left > 0, let jpeg = pictures?(image, test) else {
            return ErrorGallery.Picture(name: image, jpeg: [])
        }
        left -= 1
        return ErrorGallery.Picture(name: image, jpeg: jpeg)
    }
}
