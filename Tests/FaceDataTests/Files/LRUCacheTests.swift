@testable import FaceData
import Testing

@Suite("Least recently used entries")
struct LRUCacheTests {
    /// The keys of 1 to 9 that a cache has, without using them.
    private func keys(_ cache: LRUCache<Int, String>) -> [Int] {
        (1...9).filter { key in
            var copy = cache
            return copy.value(forKey: key) != nil
        }
    }

    @Test(
        "No more entries are kept than the capacity", arguments: [(-1, 1), (0, 1), (1, 1), (3, 3)])
    func capacity(asked: Int, kept: Int) {
        var cache = LRUCache<Int, String>(capacity: asked)
        #expect(cache.capacity == kept && cache.count == 0)
        for key in 1...9 {
            cache.updateValue("\(key)", forKey: key)
            #expect(cache.count == min(key, kept))
        }
        #expect(keys(cache) == Array((10 - kept)...9))
    }

    @Test("The entry that has not been used for the longest goes first")
    func order() {
        var cache = LRUCache<Int, String>(capacity: 3)
        for key in 1...3 { cache.updateValue("\(key)", forKey: key) }
        #expect(cache.value(forKey: 1) == "1")
        cache.updateValue("4", forKey: 4)
        #expect(keys(cache) == [1, 3, 4])
        #expect(cache.value(forKey: 3) == "3")
        // A key that is missing is no use of any.
        #expect(cache.value(forKey: 9) == nil)
        cache.updateValue("5", forKey: 5)
        #expect(keys(cache) == [3, 4, 5])
        cache.updateValue("6", forKey: 6)
        #expect(keys(cache) == [3, 5, 6])
    }

    @Test("A replaced value evicts nothing and counts as a use")
    func replacement() {
        var cache = LRUCache<Int, String>(capacity: 2)
        cache.updateValue("1", forKey: 1)
        cache.updateValue("2", forKey: 2)
        cache.updateValue("one", forKey: 1)
        #expect(keys(cache) == [1, 2])
        #expect(cache.value(forKey: 1) == "one")
        cache.updateValue("two", forKey: 2)
        cache.updateValue("one again", forKey: 1)
        cache.updateValue("3", forKey: 3)
        #expect(keys(cache) == [1, 3])
    }

    @Test("An evicted or replaced value is released, unless somebody still has it")
    func release() {
        final class Resource {}
        var cache = LRUCache<Int, Resource>(capacity: 1)
        weak var first: Resource?
        weak var second: Resource?
        do {
            let (one, two) = (Resource(), Resource())
            (first, second) = (one, two)
            cache.updateValue(one, forKey: 1)
            cache.updateValue(two, forKey: 2)
            withExtendedLifetime(one) { #expect(first != nil) }
        }
        #expect(first == nil && second != nil)
        cache.updateValue(Resource(), forKey: 2)
        #expect(second == nil && cache.count == 1)
    }
}
