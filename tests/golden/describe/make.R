# Signed-rank tests by wilcox.test, McNemar's by mcnemar.test and binom.test (mid-p by its formula,
# Fagerland 2013), Wilson intervals by prop.test, standardised differences by their formulas.
# Run in this folder: Rscript make.R
library(jsonlite)

set.seed(20210707)
continuous <- signif(rnorm(17, -1.2, 2), 12)          # exact: no ties, no zeros
few <- signif(rnorm(4, -1, 1), 12)                    # exact, and too few for 95 %
many <- signif(rnorm(60, 0.3, 1), 12)                 # 50 or more: normal approximation
scores <- sample(-6:3, 48, TRUE, c(1, 2, 4, 5, 7, 8, 6, 4, 2, 1))  # ties and zeros
halves <- sample(seq(-4, 2, 0.5), 30, TRUE)
tied_few <- c(-2, -2, -1, 1, -3)                      # ties, too few for 95 %
input <- list(continuous = continuous, few = few, many = many, scores = scores,
              halves = halves, tied_few = tied_few)
rows <- do.call(rbind, lapply(names(input), function(name) {
  data.frame(set = name, difference = input[[name]])
}))
write.csv(rows, "input.csv", row.names = FALSE, quote = FALSE)

signed_rank <- lapply(input, function(d) {
  lapply(c(0.9, 0.95), function(level) {
    found <- suppressWarnings(wilcox.test(d, conf.int = TRUE, conf.level = level))
    list(level = level, reached = attr(found$conf.int, "conf.level"),
         statistic = unname(found$statistic), p = found$p.value,
         exact = !grepl("continuity", found$method),
         estimate = unname(found$estimate), low = found$conf.int[1], high = found$conf.int[2])
  })
})

pairs <- list(c(9, 2), c(6, 0), c(5, 5), c(1, 0), c(40, 22), c(150, 190), c(0, 3))
mcnemar <- lapply(pairs, function(pair) {
  x <- matrix(c(20, pair[1], pair[2], 17), 2)
  exact <- binom.test(pair[1], sum(pair))$p.value
  midp <- 2 * pbinom(min(pair), sum(pair), 0.5) - dbinom(min(pair), sum(pair), 0.5)
  plain <- mcnemar.test(x, correct = FALSE)
  corrected <- mcnemar.test(x)
  list(lost = pair[1], gained = pair[2], exact = exact, mid_p = midp,
       uncorrected = plain$p.value, statistic = unname(plain$statistic),
       corrected = corrected$p.value, statistic_corrected = unname(corrected$statistic))
})

wilson <- lapply(list(c(30, 48), c(23, 48), c(21, 30), c(33, 50)), function(count) {
  ends <- prop.test(count[1], count[2], correct = FALSE)$conf.int
  list(events = count[1], n = count[2], low = ends[1], high = ends[2])
})

first <- signif(rnorm(14, 50, 12), 12)
second <- signif(rnorm(11, 44, 9), 12)
numbers <- (mean(first) - mean(second)) / sqrt((var(first) + var(second)) / 2)
p <- c(9 / 23, 4 / 25)
flags <- (p[1] - p[2]) / sqrt(sum(p * (1 - p)) / 2)
one <- c(8, 10, 5)
two <- c(14, 6, 5)
covariance <- function(s) diag(s) - outer(s, s)
t1 <- (one / sum(one))[-1]
t2 <- (two / sum(two))[-1]
pooled <- (covariance(t1) + covariance(t2)) / 2
levels <- sqrt(drop((t1 - t2) %*% solve(pooled) %*% (t1 - t2)))

expected <- list(
  signed_rank = signed_rank,
  mcnemar = mcnemar,
  wilson = wilson,
  differences = list(first = first, second = second, numbers = numbers,
                     flag = list(events = c(9, 4), n = c(23, 25), value = flags),
                     levels = list(one = one, two = two, value = levels)),
  quantiles = unname(quantile(scores, c(0.25, 0.5, 0.75)))
)
write_json(expected, "expected.json", auto_unbox = TRUE, digits = I(17), pretty = TRUE)
writeLines(R.version.string, "session.txt")
