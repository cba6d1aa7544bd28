import SeededRandom
import Spelling

extension TemplateSet {
    /// The most people of a cohort.
    public static let cohortPeople = 2000
    /// The most images of each.
    public static let cohortImages = 5

    /// Creates a cohort for score normalisation: one template per person, for up to
    /// ``cohortPeople`` people of a set and with up to ``cohortImages`` images each. The draw
    /// depends only on the set.
    public init(cohort set: LabelledImageSet) {
        var stream = SeededRandom(seed: 0, "cohort")
        let images = Dictionary(grouping: set.labels.indices) { set.labels[$0] }
        let chosen = stream.shuffled(images.keys.sorted()).prefix(Self.cohortPeople).sorted()
        var used: [Int] = []
        let templates = chosen.enumerated().map { number, label -> Template in
            let own = stream.shuffled(images[label] ?? []).prefix(Self.cohortImages).sorted()
            let members = own.map { image in
                used.append(image)
                return Member(image: used.count - 1, medium: used.count - 1)
            }
            return Template(name: set.identities[label], person: number, members: members)
        }
        self.init(
            source: SelectedImages(used, of: set.source), templates: templates,
            people: chosen.map { set.identities[$0] })
    }

    /// A sentence if names of people also occur in a cohort, which must consist of other people;
    /// otherwise nil.
    public func cohortWarning(_ cohort: TemplateSet) -> String? {
        let shared = Set(people).intersection(cohort.people).sorted()
        guard let first = shared.first else { return nil }
        return
            "\(shared.count) of its \(people.count) people, such as \(quoted: first), "
            + "\(shared.count == 1 ? "has" : "have") a name that is in the cohort too, by which scores are "
            + "normalised; a cohort must be of other people"
    }
}

extension TemplateSet {
    /// Names of people that also occur in a training set; case, accents and word separators are
    /// ignored.
    public func overlap(with trained: [String]) -> [String] {
        let known = Set(trained.map { PersonName($0).key })
        return people.filter { known.contains(PersonName($0).key) && !PersonName($0).key.isEmpty }
            .sorted()
    }

    /// A sentence if names of people also occur in a training set; otherwise nil.
    public func trainedWarning(_ trained: [String]) -> String? {
        let shared = overlap(with: trained)
        guard !shared.isEmpty else { return nil }
        let numbers = shared.count { PersonName($0).isNumber }
        let some = shared.someJoined()
        let names = some.hasSuffix("...") ? some : some + "."
        return
            "\(grouped(shared.count)) of \(counted(people.count, "person", "people")) "
            + "\(shared.count == 1 ? "was" : "were") in training"
            + (numbers == 0 ? "" : " (\(numbers) by a mere number, which may be somebody else's)")
            + ", which makes the figures too good: \(names)"
    }
}
