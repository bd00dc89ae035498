# Makes input.csv, expected.json and session.txt. Run in this folder: Rscript make.R
# Needs glmnet and jsonlite. The patients are invented.
suppressMessages({library(glmnet); library(jsonlite)})

set.seed(12)
n <- 48
p <- 6
x <- matrix(rnorm(n * p), n)
x[, 2] <- x[, 1] + 0.3 * x[, 2]  # two columns that say nearly the same
x[, 3] <- 100 + 20 * x[, 3]
x[, 4] <- x[, 4] > 0.5
x <- round(x, 3)
colnames(x) <- paste0("x", seq_len(p))
event <- rbinom(n, 1, plogis(x[, 1] + 0.03 * (x[, 3] - 100) - 0.8 * x[, 4]))
weight <- tabulate(sample(n, replace = TRUE), n)
write.csv(data.frame(event, x, weight), "input.csv", row.names = FALSE, quote = FALSE)

# Weights are given as repeated rows: glmnet standardises with them either way.
fits <- list()
for (weighted in c(FALSE, TRUE)) {
  rows <- if (weighted) rep(seq_len(n), weight) else seq_len(n)
  for (mixing in c(0.2, 0.5, 1)) {
    fit <- glmnet(x[rows, ], event[rows], family = "binomial", alpha = mixing,
                  standardize = TRUE, thresh = 1e-14, maxit = 1e6)
    for (penalty in fit$lambda[c(5, 20, 45)]) {
      exact <- coef(fit, s = penalty, exact = FALSE)
      fits[[length(fits) + 1]] <- list(weighted = weighted, mixing = mixing, penalty = penalty,
                                       coefficient = unname(exact[, 1]))
    }
    fits[[length(fits)]]$largest <- fit$lambda[1]  # where all coefficients are still 0
  }
}
write_json(fits, "expected.json", digits = NA, auto_unbox = TRUE, pretty = TRUE)
packages <- c("glmnet", "jsonlite")
versions <- sapply(packages, function(p) as.character(packageVersion(p)))
writeLines(c(R.version.string, paste(packages, versions)), "session.txt")
