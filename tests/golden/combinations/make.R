# Makes input.csv, expected.json and session.txt. Run in this folder: Rscript make.R
# Needs corpcor and jsonlite. The patients are invented.
suppressMessages({library(corpcor); library(jsonlite)})

set.seed(4)
n <- 60
common <- rnorm(n)
d <- data.frame(pain = round(6 + 1.5 * common + rnorm(n), 2), worry = round(20 + 5 * common + 4 * rnorm(n), 1),
                age = round(rnorm(n, 55, 12), 1), months = round(exp(rnorm(n, 3, 0.7) + 0.4 * common), 1))
write.csv(d, "input.csv", row.names = FALSE, quote = FALSE)

# shrunk as corpcor does, by p / n at least, and rounded to tenths
lambda <- max(estimate.lambda(as.matrix(d), verbose = FALSE), ncol(d) / n)
R <- round((1 - lambda) * cor(d), 1)
diag(R) <- 1
deviation <- sapply(d, sd) * sqrt((n - 1) / n)
S <- diag(deviation) %*% R %*% diag(deviation)
new <- rbind(colMeans(d) + c(1, 1, 0, 0) * deviation, colMeans(d) + c(1.6, -1.6, 0, 0) * deviation,
             colMeans(d) + c(-2, 2, 1, -1) * deviation, colMeans(d))
write_json(list(lambda = lambda, correlation = unname(R), mean = unname(colMeans(d)), deviation = unname(deviation),
                new = unname(new), squared_distance = unname(mahalanobis(new, colMeans(d), S))),
           "expected.json", digits = NA, auto_unbox = TRUE, pretty = TRUE)
writeLines(c(R.version.string, paste("corpcor", packageVersion("corpcor")), paste("jsonlite", packageVersion("jsonlite"))),
           "session.txt")
