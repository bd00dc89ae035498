# Risk-adjusted CUSUM by surveillance. Run in this folder: Rscript make.R
suppressMessages(library(surveillance))
library(jsonlite)

set.seed(20261130)
n <- 60
logit <- round(rnorm(n, -0.3, 1), 4)
y <- rbinom(n, 1, plogis(logit + 0.6))
write.csv(data.frame(logit = logit, y = y), "input.csv", row.names = FALSE)

p <- plogis(logit)
centre <- -0.25
wrong <- list(
  doubled = plogis(logit + log(2)),
  halved = plogis(logit - log(2)),
  weaker = plogis(centre + 0.5 * (logit - centre))
)
chart <- function(q, each) {
  # a period of `each` patients is one step of the sum of their log likelihood ratios
  ratio <- dbinom(y, 1, q, log = TRUE) - dbinom(y, 1, p, log = TRUE)
  if (each > 1) {
    steps <- tapply(ratio, (seq_len(n) - 1) %/% each, sum)
    return(as.numeric(Reduce(function(c, r) max(0, c + r), steps, accumulate = TRUE, 0))[-1])
  }
  observed <- rbind(y, 1 - y)
  sts <- sts(observed = t(observed), population = matrix(1, n, 2))
  control <- list(range = seq_len(n), h = 1e9, pi0 = rbind(p, 1 - p), pi1 = rbind(q, 1 - q),
                  dfun = function(y, mu, size, log = FALSE)
                    dbinom(y[1], size = size, prob = mu[1], log = log), ret = "value")
  as.numeric(upperbound(categoricalCUSUM(sts, control = control))[, 1])
}
expected <- list(
  centre = centre,
  single = lapply(wrong, chart, each = 1),
  periods_of_ten = lapply(wrong, chart, each = 10)
)
write_json(expected, "expected.json", digits = 12, auto_unbox = TRUE, pretty = TRUE)
writeLines(c(R.version.string,
             sapply(c("surveillance", "jsonlite"),
                    function(x) paste(x, packageVersion(x)))), "session.txt")
