import SafeNumbers
import Testing

@Suite("A sorted collection is searched by halving")
struct BinarySearchTests {
    private struct Stop: Error, Equatable {
        var element: Int
    }

    @Test("The index is that of a search from the beginning", arguments: 0...20)
    func everyBorder(count: Int) {
        for border in 0...count {
            let values = Array(0..<count)
            let linear = values.firstIndex { $0 >= border } ?? values.endIndex
            #expect(values.partitioningIndex { $0 >= border } == linear)
        }
    }

    @Test("In an empty collection it is the end")
    func empty() {
        #expect([Int]().partitioningIndex { _ in true } == 0)
        #expect((7..<7).partitioningIndex { _ in false } == 7)
    }

    @Test("It is the start if all elements satisfy the predicate, and the end if none does")
    func allAndNone() {
        #expect([1, 2, 3].partitioningIndex { $0 > 0 } == 0)
        #expect([1, 2, 3].partitioningIndex { $0 > 3 } == 3)
    }

    @Test("Of equal elements it is the first that satisfies the predicate")
    func duplicates() {
        let values = [1, 2, 2, 2, 2, 5, 5, 9]
        #expect(values.partitioningIndex { $0 >= 2 } == 1)
        #expect(values.partitioningIndex { $0 > 2 } == 5)
        #expect(values.partitioningIndex { $0 >= 5 } == 5)
        #expect(values.partitioningIndex { $0 > 5 } == 7)
    }

    @Test("Indices of slices, ranges and reversed collections are their own")
    func otherCollections() {
        let values = [9, 8, 1, 3, 5, 7, 0]
        #expect(values[2..<6].partitioningIndex { $0 >= 4 } == 4)
        let (range, last) = (10..<20, Int.max - 1)
        #expect(range.partitioningIndex { $0 * $0 > 200 } == 15)
        // The sum of two numbers of the range would not be one.
        let high = last - 5..<Int.max
        #expect(high.partitioningIndex { $0 >= last } == last)
        let reversed = [5, 4, 3, 2, 1].reversed()
        #expect(reversed[reversed.partitioningIndex { $0 >= 4 }] == 4)
    }

    @Test("The predicate is called for no more than one element of each halving")
    func calls() {
        for border in [0, 1, 500_000, 999_999, 1_000_000] {
            var calls = 0
            let found = (0..<1_000_000).partitioningIndex {
                calls += 1
                return $0 >= border
            }
            #expect(found == border)
            #expect(calls <= 20)
        }
    }

    @Test("What the predicate throws ends the search")
    func errors() {
        #expect(throws: Stop(element: 4)) {
            try (0..<8).partitioningIndex { (element) throws(Stop) in
                throw Stop(element: element)
            }
        }
    }
}
