import Spelling

/// Diagnostics about a test set of templates: its templates, searches and pairs.
struct TemplateChecks {
    private let set: TemplateSet
    private let names: CheckNames
    /// Images that do not decode.
    private let bad: Set<Int>
    /// For each image, the index of the first of its copies, or its own.
    private let pictures: [Int]

    static func diagnostics(
        _ set: TemplateSet, _ survey: ImageSurvey, _ names: CheckNames
    ) -> [SetCheck.Diagnostic] {
        let checks = TemplateChecks(set, survey, names)
        return [
            checks.failures, checks.unusedImages, checks.unusedTemplates, checks.severalGalleries,
            checks.enrolledProbes, checks.repeatedProbes, checks.unknown,
        ].compactMap { $0 } + checks.pairs
    }

    private init(_ set: TemplateSet, _ survey: ImageSurvey, _ names: CheckNames) {
        (self.set, self.names) = (set, names)
        bad = Set(survey.bad.map(\.index))
        var pictures = Array(0..<set.source.count)
        for copies in survey.copies { for image in copies { pictures[image] = copies[0] } }
        self.pictures = pictures
    }

    private func name(_ template: Int) -> String {
        let person = set.templates[template].person.map { " of \(quoted: set.people[$0])" } ?? ""
        return "template \(set.templates[template].name)\(person)"
    }

    // MARK: Templates

    private var failures: SetCheck.Diagnostic? {
        let failed = set.templates.indices.filter { index in
            set.templates[index].members.allSatisfy { bad.contains($0.image) }
        }
        return SetCheck.Diagnostic(
            .error, "template-without-image", failed.map(name),
            "template has no image that can be decoded: a failure to enrol",
            "templates have no image that can be decoded: failures to enrol")
    }

    private var unusedImages: SetCheck.Diagnostic? {
        let used = Set(set.templates.flatMap { $0.members.map(\.image) })
        return SetCheck.Diagnostic(
            .note, "unused-image",
            (0..<set.source.count).filter { !used.contains($0) }.map(names.image),
            "image is in no template", "images are in no template")
    }

    private var unusedTemplates: SetCheck.Diagnostic? {
        var isUsed = [Bool](repeating: false, count: set.templates.count)
        for index in set.probes + set.galleries.flatMap(\.templates) { isUsed[index] = true }
        for index in set.pairs.first + set.pairs.second { isUsed[Int(index)] = true }
        return SetCheck.Diagnostic(
            .note, "unused-template", isUsed.indices.filter { !isUsed[$0] }.map(name),
            "template is in no pair and no gallery, and no probe",
            "templates are in no pair and no gallery, and no probes")
    }

    // MARK: Searches

    private func people(_ gallery: TemplateSet.Gallery) -> Set<Int> {
        Set(gallery.templates.compactMap { set.templates[$0].person })
    }

    private var severalGalleries: SetCheck.Diagnostic? {
        var count: [Int: Int] = [:]
        for gallery in set.galleries {
            for person in people(gallery) { count[person, default: 0] += 1 }
        }
        // Distractors are in every gallery, but nobody searches for them.
        let sought = Set(set.probes.compactMap { set.templates[$0].person })
        let several = count.filter { $0.value > 1 && sought.contains($0.key) }.keys.sorted()
        return SetCheck.Diagnostic(
            .warning, "several-galleries", several.map { set.people[$0] },
            "person who is searched for is enrolled in several galleries",
            "people who are searched for are enrolled in several galleries")
    }

    private var enrolledProbes: SetCheck.Diagnostic? {
        var enrolled: [Int: Int] = [:]
        for template in set.galleries.flatMap(\.templates) {
            for member in set.templates[template].members {
                enrolled[pictures[member.image]] = template
            }
        }
        let items = set.probes.compactMap { probe -> String? in
            for member in set.templates[probe].members {
                guard let other = enrolled[pictures[member.image]] else { continue }
                return "\(name(probe)) and enrolled \(name(other)): \(names.image(member.image))"
            }
            return nil
        }
        return SetCheck.Diagnostic(
            .warning, "probe-enrolled", items, "probe shows a picture that is enrolled",
            "probes show pictures that are enrolled")
    }

    private var repeatedProbes: SetCheck.Diagnostic? {
        var first: [Set<Int>: Int] = [:]
        let items = set.probes.compactMap { probe -> String? in
            let images = Set(set.templates[probe].members.map { pictures[$0.image] })
            guard let other = first[images] else {
                first[images] = probe
                return nil
            }
            return "\(name(probe)) and \(name(other))"
        }
        return SetCheck.Diagnostic(
            .warning, "probe-repeated", items, "probe has the pictures of another one",
            "probes have the pictures of others")
    }

    /// Whether open-set identification can be measured.
    private var unknown: SetCheck.Diagnostic? {
        guard !set.galleries.isEmpty, !set.probes.isEmpty else { return nil }
        let enrolled = set.galleries.map(people)
        func isKnown(_ probe: Int, _ people: Set<Int>) -> Bool {
            set.templates[probe].person.map(people.contains) ?? false
        }
        let without = enrolled.indices.filter { gallery in
            set.probes.allSatisfy { isKnown($0, enrolled[gallery]) }
        }
        let nobody = enrolled.indices.filter { gallery in
            !set.probes.contains { isKnown($0, enrolled[gallery]) }
        }
        return SetCheck.Diagnostic(
            .warning, "gallery-of-nobody", nobody.map { set.galleries[$0].name },
            "gallery has nobody who is searched for", "galleries have nobody who is searched for")
            ?? SetCheck.Diagnostic(
                .note, "no-unknown-people", without.map { set.galleries[$0].name },
                "gallery is searched for enrolled people alone, so that there is no FNIR at an FPIR",
                "galleries are searched for enrolled people alone, so that there is no FNIR at an FPIR"
            )
    }

    // MARK: Pairs

    private var pairs: [SetCheck.Diagnostic] {
        guard !set.pairs.isEmpty else { return [] }
        return [oneKind, withThemselves, otherPeople, ofOnePicture].compactMap { $0 } + repeated
    }

    private func text(_ pair: Int) -> String {
        "\(name(Int(set.pairs.first[pair]))) and \(name(Int(set.pairs.second[pair]))), labelled "
            + (set.pairs.same[pair] ? "one person" : "two people")
    }

    private func pairs(where isWrong: (_ pair: Int, _ first: Int, _ second: Int) -> Bool)
        -> [String]
    {
        (0..<set.pairs.count).filter {
            isWrong($0, Int(set.pairs.first[$0]), Int(set.pairs.second[$0]))
        }.map(text)
    }

    private var oneKind: SetCheck.Diagnostic? {
        guard Set(set.pairs.same).count == 1 else { return nil }
        let kind = set.pairs.same[0] ? "one person" : "two people"
        return SetCheck.Diagnostic(
            severity: .error, kind: "pairs-of-one-kind",
            message:
                "all \(counted(set.pairs.count, "pair")) are labelled \(kind); no rate can be measured",
            items: [])
    }

    private var withThemselves: SetCheck.Diagnostic? {
        SetCheck.Diagnostic(
            .warning, "pair-with-itself", pairs { _, first, second in first == second },
            "pair consists of one template twice", "pairs consist of one template twice")
    }

    /// Pairs whose label contradicts the people of their templates.
    private var otherPeople: SetCheck.Diagnostic? {
        let wrong = pairs { pair, first, second in
            guard let one = set.templates[first].person, let other = set.templates[second].person
            else { return false }
            return (one == other) != set.pairs.same[pair]
        }
        return SetCheck.Diagnostic(
            .error, "pair-of-other-people", wrong,
            "pair has a label that contradicts the people of its templates",
            "pairs have a label that contradicts the people of their templates")
    }

    private var ofOnePicture: SetCheck.Diagnostic? {
        let shown = set.templates.map { Set($0.members.map { pictures[$0.image] }) }
        let wrong = pairs { pair, first, second in
            !set.pairs.same[pair] && first != second
                && !shown[first].isDisjoint(with: shown[second])
        }
        return SetCheck.Diagnostic(
            .warning, "pair-of-copies", wrong, "pair of two people shows one picture on both sides",
            "pairs of two people show one picture on both sides")
    }

    /// Pairs that occur more than once, in either order: with the same label, and with both labels.
    private var repeated: [SetCheck.Diagnostic] {
        // Sorted keys take a fraction of a dictionary's memory, for millions of pairs.
        let keys = (0..<set.pairs.count).map { pair -> (key: UInt64, pair: Int32) in
            let (first, second) = (set.pairs.first[pair], set.pairs.second[pair])
            return (UInt64(min(first, second)) << 32 | UInt64(max(first, second)), Int32(pair))
        }.sorted { ($0.key, $0.pair) < ($1.key, $1.pair) }
        var (again, both) = ([String](), [String]())
        for (one, next) in zip(keys, keys.dropFirst()) where one.key == next.key {
            let isSame = set.pairs.same[Int(one.pair)] == set.pairs.same[Int(next.pair)]
            if isSame {
                again.append(text(Int(next.pair)))
            } else {
                both.append(text(Int(next.pair)))
            }
        }
        return [
            SetCheck.Diagnostic(
                .error, "pair-contradiction", both,
                "pair is labelled both one person and two people",
                "pairs are labelled both one person and two people"),
            SetCheck.Diagnostic(
                .warning, "pair-repeated", again, "pair occurs more than once, in either order",
                "pairs occur more than once, in either order"),
        ].compactMap { $0 }
    }
}

extension SetCheck {
    /// Checks a test set of templates.
    ///
    /// - Parameter survey: The survey of its images.
    public init(_ set: TemplateSet, survey: ImageSurvey) {
        let names = CheckNames(set)
        self.init(
            images: set.source.count, identities: set.people.count, survey: survey,
            set.warnings.map {
                Diagnostic(severity: .warning, kind: "files", message: $0, items: [])
            } + PictureChecks.diagnostics(survey, names)
                + DuplicateChecks.diagnostics(survey, names)
                + TemplateChecks.diagnostics(set, survey, names))
    }
}
