/// Draws of the people of MegaFace's probes: a person who is drawn twice counts twice with all of its pairs, one
/// who is not drawn does not count. The distractors are the same in all draws.
struct DistractorDraws {
    /// A number for the person of each probe.
    private let numbers: [Int]
    /// For each person, its pairs, those of failed probes included.
    private let pairs: [Int]
    /// How often each person is drawn, draw by draw.
    private let weights: [[Float]]
    /// Rows of the probes that were searched for.
    private let usable: [Int]

    /// Draws people.
    ///
    /// - Parameters:
    ///   - people: The person of each probe.
    ///   - usable: The probes that were searched for; pairs of the others are misses.
    ///   - count: Number of draws.
    init(_ people: [String], usable: [Int], count: Int, seed: UInt64 = 1) {
        var known: [String: Int] = [:]
        var images: [Int] = []
        numbers = people.map { name in
            let number = known[name] ?? images.count
            if number == images.count {
                known[name] = number
                images.append(0)
            }
            images[number] += 1
            return number
        }
        pairs = images.map { $0 * ($0 - 1) }
        self.usable = usable
        let draws = PeopleDraws(people: images.count, count: count, seed: seed)
        weights = (0..<count).map(draws.weights)
    }

    /// Number of people with pairs.
    var people: Int { pairs.count { $0 > 0 } }

    /// The rank-1 rate on each draw.
    ///
    /// - Parameter firsts: How many pairs of each usable probe have rank 1.
    func rank1(_ firsts: [Int]) -> [Double] {
        var found = [Int](repeating: 0, count: pairs.count)
        for (row, count) in zip(usable, firsts) { found[numbers[row]] += count }
        func sum(_ counts: [Int], _ weights: [Float]) -> Double {
            zip(counts, weights).reduce(0) { $0 + Double($1.0) * Double($1.1) }
        }
        return weights.compactMap { weights in
            let all = sum(pairs, weights)
            return all > 0 ? sum(found, weights) / all : nil
        }
    }

    /// TAR at a false acceptance rate on each draw.
    func tar(_ search: DistractorSearch, atFAR rate: Double) -> [Double] {
        // Distractors count once in each draw, as one more person whose weight is always 1.
        let distractor = Int32(pairs.count)
        func pair(_ entry: HighestScores.Entry) -> PairDraws.Pair {
            .init(score: Double(entry.score), first: person(of: entry), second: distractor)
        }
        let isWhole = search.highest.count == search.impostors
        let drawn = PairDraws(
            genuine: search.mates.map(pair) + misses(of: search),
            impostor: search.highest.map(pair),
            sample: usable.map { (Int32(numbers[$0]), distractor) },
            step: usable.isEmpty ? 0 : search.impostors / usable.count,
            lowest: isWhole ? -.infinity : search.highest.last.map { Double($0.score) } ?? 0)
        return weights.compactMap { drawn.tars([rate], $0 + [1])[0] }
    }

    private func person(of entry: HighestScores.Entry) -> Int32 {
        Int32(numbers[usable[Int(entry.row)]])
    }

    /// The pairs of failed probes, which no threshold accepts.
    private func misses(of search: DistractorSearch) -> [PairDraws.Pair] {
        var missing = pairs
        for mate in search.mates { missing[Int(person(of: mate))] -= 1 }
        return missing.enumerated().flatMap { person, count in
            [PairDraws.Pair](
                repeating: .init(
                    score: -.infinity, first: Int32(person), second: Int32(person)),
                count: count)
        }
    }
}
