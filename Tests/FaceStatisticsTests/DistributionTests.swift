import FaceStatistics
import Foundation
import Testing

@Suite("Distributions, against SciPy")
struct DistributionTests {
    let golden: Golden.Functions

    init() throws {
        golden = try Golden.read().functions
    }

    @Test("The gamma function and its integrals")
    func gamma() {
        for row in golden.logGamma {
            #expect(error(GammaFunctions.logGamma(row[0]), row[1], floor: 1) < 2e-14, "\(row)")
        }
        for row in golden.gamma {
            let shares = GammaFunctions.incomplete(row[0], row[1])
            #expect(error(shares.lower, row[2]) < 1e-11, "\(row)")
            #expect(error(shares.upper, row[3], floor: 1e-12) < 1e-11, "\(row)")
        }
        for row in golden.chiSquare {
            let distribution = ChiSquareDistribution(degreesOfFreedom: row[1])
            #expect(error(distribution.survival(row[0]), row[2]) < 1e-12, "\(row)")
        }
    }

    @Test("The incomplete beta integral")
    func beta() {
        for row in golden.beta {
            let shares = BetaFunctions.incomplete(row[0], 1 - row[0], row[1], row[2])
            #expect(error(shares.lower, row[3], floor: 1e-3) < 1e-11, "\(row)")
            #expect(error(shares.upper, row[4], floor: 1e-3) < 1e-11, "\(row)")
            #expect(error(min(shares.lower, shares.upper), min(row[3], row[4])) < 1e-10, "\(row)")
        }
    }

    @Test("The normal distribution")
    func normal() {
        for row in golden.normalQuantile {
            #expect(abs(NormalDistribution.quantile(row[0]) - row[1]) < 1e-12, "\(row)")
            #expect(
                error(NormalDistribution.cdf(NormalDistribution.quantile(row[0])), row[0])
                    < 1e-10, "\(row)")
        }
        #expect(NormalDistribution.quantile(0) == -.infinity)
        #expect(NormalDistribution.quantile(1) == .infinity)
    }

    @Test("Student's distribution")
    func student() {
        for row in golden.student {
            let distribution = StudentDistribution(degreesOfFreedom: row[1])
            #expect(error(distribution.twoSided(row[0]), row[2]) < 1e-10, "\(row)")
            #expect(error(distribution.cdf(row[0]), row[3]) < 1e-11, "\(row)")
        }
        for row in golden.studentBound {
            let distribution = StudentDistribution(degreesOfFreedom: row[1])
            #expect(error(distribution.critical(twoSided: row[0]), row[2]) < 1e-9, "\(row)")
        }
        let infinite = StudentDistribution(degreesOfFreedom: .infinity)
        #expect(error(infinite.critical(twoSided: 0.05), 1.959_963_984_540_054) < 1e-12)
        #expect(infinite.critical(twoSided: 1) == 0)
    }

    @Test("The noncentral t distribution")
    func noncentral() {
        for row in golden.noncentral {
            let distribution = NoncentralT(degreesOfFreedom: row[1], noncentrality: row[2])
            #expect(abs(distribution.cdf(row[0]) - row[3]) < 1e-9, "\(row)")
        }
    }

    @Test("The studentized range")
    func range() {
        for row in golden.range {
            let range = StudentizedRange(count: Int(row[1]))
            #expect(abs(range.survival(row[0]) - row[2]) < 1e-9, "\(row)")
        }
        for row in golden.rangeBound {
            let range = StudentizedRange(count: Int(row[1]))
            #expect(abs(range.quantile(1 - row[0]) - row[2]) < 1e-7, "\(row)")
        }
    }

    /// Values of SciPy's `ppf`.
    @Test("Quantiles lie where the distribution functions say")
    func quantiles() {
        for row in golden.quantiles {
            let (p, expected) = (row.p, row.value)
            let cdf: (Double) -> Double
            let found: Double
            switch row.distribution {
            case "t":
                let t = StudentDistribution(degreesOfFreedom: row.parameters[0])
                (found, cdf) = (t.quantile(p), t.cdf)
                #expect(error(t.survival(found), 1 - p) < 1e-9, "\(row)")
            case "chi2":
                let chi = ChiSquareDistribution(degreesOfFreedom: row.parameters[0])
                (found, cdf) = (chi.quantile(p), chi.cdf)
                #expect(error(chi.survival(found), 1 - p) < 1e-9, "\(row)")
            case "nct":
                let t = NoncentralT(
                    degreesOfFreedom: row.parameters[0], noncentrality: row.parameters[1])
                (found, cdf) = (t.quantile(p), t.cdf)
                #expect(abs(t.survival(found) - (1 - p)) < 1e-8, "\(row)")
            default:
                (found, cdf) = (NormalDistribution.quantile(p), NormalDistribution.cdf)
                #expect(error(NormalDistribution.survival(found), 1 - p) < 1e-9, "\(row)")
            }
            #expect(error(found, expected) < 1e-7, "\(row): \(found)")
            #expect(abs(cdf(found) - p) < 1e-8, "\(row)")
        }
        let t = StudentDistribution(degreesOfFreedom: 3)
        #expect(t.quantile(0) == -.infinity && t.quantile(1) == .infinity && t.quantile(0.5) == 0)
        #expect(t.cdf(-2) == t.survival(2) && t.cdf(2) == t.survival(-2))
        let chi = ChiSquareDistribution(degreesOfFreedom: 3)
        #expect(chi.quantile(0) == 0 && chi.quantile(1) == .infinity && chi.cdf(-1) == 0)
    }
}
